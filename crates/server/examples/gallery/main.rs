//! Writes every page with sample values into a folder, to look at: `cargo run -p vestibule-server --example gallery -- FOLDER`.
//!
//! Serve the folder (`python3 -m http.server -d FOLDER`) and open it; style and script are beside the pages.

mod samples;

use std::path::{Path, PathBuf};
use vestibule_model::import::State;
use vestibule_server::portal::docs::DocsPage;
use vestibule_server::portal::visitors::Occasion;
use vestibule_server::portal::{assets, guides, html};

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).map_or_else(|| PathBuf::from("target/gallery"), PathBuf::from);
    std::fs::create_dir_all(folder.join("assets"))?;
    for asset in [&assets::STYLE, &assets::SCRIPT, &assets::MARK] {
        std::fs::write(folder.join("assets").join(asset.name()), asset.body())?;
    }
    visitors(&folder)?;
    members(&folder)
}

fn visitors(folder: &Path) -> std::io::Result<()> {
    write(folder, "sign_in", &samples::sign_in(true, None))?;
    write(folder, "sign_in_without_sso", &samples::sign_in(false, None))?;
    write(folder, "sign_in_problem", &samples::sign_in(true, Some("That is not an e-mail address.")))?;
    write(folder, "password", &samples::password(None))?;
    write(
        folder,
        "password_problem",
        &samples::password(Some("The e-mail address or the password is wrong.")),
    )?;
    write(folder, "forward", &samples::forward())?;
    write(folder, "send", &samples::send())?;
    write(folder, "find", &samples::find(None))?;
    write(folder, "find_problem", &samples::find(Some("No company here uses that domain or address.")))?;
    write(folder, "about", &samples::about())?;
    write(folder, "unknown_host", &samples::unknown_host())?;
    write(folder, "forgot", &samples::forgot(None))?;
    write(folder, "forgot_problem", &samples::forgot(Some("That is not an e-mail address.")))?;
    write(folder, "forgot_sent", &samples::forgot_sent())?;
    write(folder, "welcome", &samples::welcome(Occasion::Welcome))?;
    write(folder, "reset", &samples::welcome(Occasion::Forgotten))?;
    write(folder, "verify", &samples::verify())?;
    write(folder, "verified", &samples::verified())?;
    write(folder, "pending", &samples::pending())?;
    write(folder, "sign_out", &samples::sign_out())?;
    write(
        folder,
        "signed_out",
        &samples::signed_out(vestibule_server::portal::visitors::Elsewhere::Unknown),
    )?;
    write(folder, "signed_out_failed", &samples::not_signed_out_there())?;
    write(folder, "refused", &samples::refused())?;
    consolidation(folder)?;
    write(folder, "forbidden", &samples::forbidden())
}

fn consolidation(folder: &Path) -> std::io::Result<()> {
    use samples::consolidation::{address, offer, question, sent, taken};
    use vestibule_model::domain::consolidation::Question;
    let asked = |asked, problem| question(asked, problem).ok_or_else(broken);
    write(folder, "asked_to_move", &asked(Question::Move { left: 3 }, false)?)?;
    write(folder, "asked_to_move_problem", &asked(Question::Move { left: 0 }, true)?)?;
    write(folder, "asked_to_change", &asked(Question::Change, false)?)?;
    write(folder, "move_sent", &sent())?;
    write(folder, "move_offer", &offer(false).ok_or_else(broken)?)?;
    write(folder, "move_offer_provider", &offer(true).ok_or_else(broken)?)?;
    write(folder, "address_wanted", &address().ok_or_else(broken)?)?;
    write(folder, "address_taken", &taken())
}

fn members(folder: &Path) -> std::io::Result<()> {
    write(folder, "profile", &samples::profile(true))?;
    write(folder, "profile_without_mapping", &samples::profile(false))?;
    for (name, page) in samples::second_factor::factors() {
        write(folder, name, &page)?;
    }
    write(folder, "second_factor_codes", &samples::second_factor::codes())?;
    write(folder, "code", &samples::second_factor::code(false))?;
    write(folder, "code_problem", &samples::second_factor::code(true))?;
    write(folder, "own_password", &samples::own_password(None).ok_or_else(broken)?)?;
    let wrong = samples::own_password(Some("The current password is wrong."));
    write(folder, "own_password_problem", &wrong.ok_or_else(broken)?)?;
    write(folder, "connection", &samples::connection())?;
    write(folder, "connection_ending", &samples::connection_ending())?;
    write(folder, "connection_form", &samples::form())?;
    write(folder, "connection_confirm", &samples::confirm())?;
    write(folder, "test_passed", &samples::test_passed())?;
    write(folder, "test_failed", &samples::test_failed())?;
    write(folder, "connections", &samples::connections())?;
    write(folder, "connection_none", &samples::connection_none())?;
    write(folder, "setup_choose", &samples::setup::choose())?;
    for (name, idp, problem) in [
        ("setup_keycloak", "keycloak", None),
        ("setup_other_problem", "other", Some("The metadata could not be read.")),
    ] {
        write(folder, name, &samples::setup::tell(idp, problem).ok_or_else(broken)?)?;
    }
    for (name, page) in samples::setup::progress() {
        write(folder, name, &page)?;
    }
    write(folder, "guides", &samples::guides())?;
    write(folder, "help", &samples::help())?;
    for guide in guides::ALL {
        write(folder, &format!("guide_{}", guide.id), &samples::guide(guide))?;
    }
    administration(folder)?;
    write(folder, "log", &samples::log())?;
    write(folder, "calls", &samples::calls::list())?;
    write(folder, "calls_empty", &samples::calls::empty())?;
    write(folder, "call", &samples::calls::done())?;
    write(folder, "call_refused", &samples::calls::refused())?;
    write(folder, "log_empty", &samples::log_empty())?;
    write(folder, "log_nothing_found", &samples::log_nothing_found())?;
    write(folder, "response_refused", &samples::response_refused())?;
    write(folder, "response_accepted", &samples::response_accepted())?;
    write(folder, "response_hostile", &samples::response_hostile())
}

fn administration(folder: &Path) -> std::io::Result<()> {
    write(folder, "overview", &samples::overview::busy().ok_or_else(broken)?)?;
    write(folder, "overview_first_day", &samples::overview::first_day())?;
    write(folder, "mapping", &samples::mapping())?;
    write(folder, "mapping_form", &samples::mapping_form(false))?;
    write(folder, "mapping_form_problem", &samples::mapping_form(true))?;
    write(folder, "mapping_question", &samples::question())?;
    write(folder, "mapping_received", &samples::received())?;
    write(folder, "mapping_map", &samples::map())?;
    write(folder, "licenses", &samples::licenses())?;
    write(folder, "api", &samples::api(false).ok_or_else(broken)?)?;
    write(folder, "api_problem", &samples::api(true).ok_or_else(broken)?)?;
    write(folder, "api_empty", &samples::api_empty())?;
    write(folder, "api_once", &samples::once().ok_or_else(broken)?)?;
    write(folder, "api_consent", &samples::consent())?;
    let docs = DocsPage::of_this_service().map_err(std::io::Error::other)?;
    write(folder, "docs", &docs)?;
    domains(folder)?;
    write(folder, "person_new", &samples::new_person(false))?;
    write(folder, "person_new_problem", &samples::new_person(true))?;
    write(folder, "person_edit", &samples::edit_person().ok_or_else(broken)?)?;
    write(folder, "invitations", &samples::invitations(false))?;
    write(folder, "invitations_empty", &samples::invitations(true))?;
    write(folder, "users", &samples::users(false))?;
    write(folder, "users_problem", &samples::users(true))?;
    write(folder, "users_none", &samples::users_none())?;
    write(folder, "users_report", &samples::users_report())?;
    write(folder, "imports", &samples::imports(false))?;
    write(folder, "imports_problem", &samples::imports(true))?;
    for state in [State::Checking, State::Checked, State::Applying, State::Done] {
        write(folder, &format!("import_{}", state.as_str()), &samples::import(state))?;
    }
    write(folder, "groups", &samples::groups_list(false))?;
    write(folder, "groups_problem", &samples::groups_list(true))?;
    write(folder, "group", &samples::group().ok_or_else(broken)?)?;
    write(folder, "group_problem", &samples::group_problem().ok_or_else(broken)?)?;
    write(folder, "groups_everybody", &samples::everybody())?;
    let person = samples::one().ok_or_else(broken)?;
    write(folder, "person", &person)?;
    write(folder, "person_pending", &samples::pending_person().ok_or_else(broken)?)?;
    for (name, cure) in [
        ("cure_offered", Some(vestibule_app::cures::Cure::AddSsoLogin)),
        ("cure_employee_id", Some(samples::other_id())),
        ("cure_mail", Some(samples::mail(false))),
        ("cure_mail_later", Some(samples::mail(true))),
        ("cure_done", None),
    ] {
        write(folder, name, &samples::cure(cure).ok_or_else(broken)?)?;
    }
    Ok(())
}

fn domains(folder: &Path) -> std::io::Result<()> {
    write(folder, "domains", &samples::domains::list(false).ok_or_else(broken)?)?;
    write(folder, "domains_problem", &samples::domains::list(true).ok_or_else(broken)?)?;
    write(folder, "domains_empty", &samples::domains::empty())?;
    write(folder, "domain_claimed", &samples::domains::claimed().ok_or_else(broken)?)?;
    write(folder, "domain_refused", &samples::domains::refused().ok_or_else(broken)?)?;
    write(folder, "domain_lost", &samples::domains::lost().ok_or_else(broken)?)?;
    write(folder, "domain_set", &samples::domains::by_operator().ok_or_else(broken)?)?;
    write(folder, "domain_asks", &samples::consolidation::asks().ok_or_else(broken)?)
}

fn broken() -> std::io::Error {
    std::io::Error::other("a sample is no address")
}

fn write(folder: &Path, name: &str, page: &impl askama::Template) -> std::io::Result<()> {
    let text = html(page).map_err(std::io::Error::other)?;
    std::fs::write(folder.join(format!("{name}.html")), text)
}
