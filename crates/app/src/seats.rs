//! The seats of an account, as its administrators see them. Taking and freeing them is in `directory`.

use crate::context::AdminCtx;
use crate::error::Error;
use vestibule_model::license::Inventory;
use vestibule_model::permission::Permission;
use vestibule_store as store;

/// Seats by product: how many the operator granted, and how many are taken.
///
/// # Errors
/// When the store does not answer.
pub async fn inventory(ctx: &AdminCtx) -> Result<Inventory, Error> {
    ctx.must(Permission::LicenseRead)?;
    let scope = ctx.app().store().account(ctx.account().id);
    Ok(scope.read(|tx| Box::pin(store::licenses::inventory(tx))).await?)
}
