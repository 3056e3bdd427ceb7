//! Seats: how many there are of each product, and how many are taken.

use super::{Badge, Frame};
use askama::Template;
use vestibule_model::license::{Inventory, Product, Seats};

/// The list.
#[derive(Debug, Template)]
#[template(path = "licenses.html")]
pub struct LicensesPage {
    frame: Frame,
    rows: Vec<SeatRow>,
}

/// The seats of a product.
#[derive(Debug)]
pub(super) struct SeatRow {
    pub(super) product: String,
    pub(super) kind: &'static str,
    pub(super) seats: Seats,
    pub(super) left: Badge,
}

impl LicensesPage {
    /// The page.
    #[must_use]
    pub fn new(frame: Frame, inventory: &Inventory) -> Self {
        Self { frame, rows: rows(inventory) }
    }
}

/// The products of which there are seats.
pub(super) fn rows(inventory: &Inventory) -> Vec<SeatRow> {
    let some = inventory.0.iter().filter(|(_, seats)| seats.total > 0 || seats.used > 0);
    some.map(|(product, seats)| row(*product, *seats)).collect()
}

fn row(product: Product, seats: Seats) -> SeatRow {
    let left = (seats.total - seats.used).max(0);
    let left = match left {
        0 => Badge::new("is-bad", "None left"),
        few if few * 10 <= seats.total => Badge::new("is-warn", format!("{few} left")),
        many => Badge::new("is-good", format!("{many} left")),
    };
    let kind = match product {
        Product::License(_) => "License type",
        Product::AddOn(_) => "Add-on",
    };
    SeatRow { product: product.to_string(), kind, seats, left }
}
