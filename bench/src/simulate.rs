//! What simulating an edited mapping over all logged responses costs.

use crate::Result;
use crate::service::{Service, children_cpu};
use std::time::Instant;

/// A rule for everybody, one for a third of them, and 200 for nobody.
fn edited() -> String {
    let mut file = "account = \"acme\"\n".to_owned();
    for number in 0..200 {
        file += &format!(
            "[[mapping.license]]\nattribute = \"groups\"\nvalue = \"no-{number}\"\nresult = \"basic\"\n"
        );
    }
    file += "[[mapping.license]]\nattribute = \"sn\"\noperator = \"ends_with\"\nvalue = \"7\"\nresult = \"none\"\n";
    file += "[[mapping.user_group]]\nattribute = \"department\"\nvalue = \"Engineering\"\nresult = \"Engineers\"\n";
    file
}

#[expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark measures time, and says so")]
pub(crate) fn measure(service: &Service) -> Result<()> {
    service.put("edited.toml", &edited())?;
    let (began, before) = (Instant::now(), children_cpu()?);
    let printed = service.command(&["simulate", "--account", "acme", "edited.toml"])?;
    let (wall, cpu) = (began.elapsed(), children_cpu()? - before);
    for line in printed.lines().take(2) {
        println!("{line}");
    }
    println!("simulated in {:.1} s, of CPU {:.1} s", wall.as_secs_f64(), cpu.as_secs_f64());
    Ok(())
}
