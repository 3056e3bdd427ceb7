//! Every address there is, grouped by who may ask.
//!
//! The group is a promise that the handler's own context keeps ([`crate::extract`]), and that a test asks of each address
//! in turn. A new address is a line here.

use crate::door::Desk;
use crate::error::Failure;
use crate::{
    admin, api, base, consolidation, forgotten, forms, glass, links, oauth, own_password, profile, rest,
    scim, second_factor, sign_in, sign_out, sso,
};
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, any, get, post};
use axum::{Extension, Router};
use std::sync::Arc;
use vestibule_model::permission::Permission;

/// The most that is read of a form of ours, in bytes; the assertion consumer service has a limit of its own.
pub(crate) const LARGEST_FORM: usize = 64 * 1024;

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Anybody.
    Anybody,
    /// Anybody, on the way from or to an identity provider. Forms may come from its site: what they bring is bound to its
    /// browser by a cookie of its own.
    IdentityProvider,
    /// A person with a session that waits for an answer.
    Held,
    /// A person with a session.
    Member,
    /// Whoever may do anything in the portal.
    Portal,
    /// A person with a session whose role permits the first to look, and the second to send a form.
    Admin(Permission, Permission),
    /// A program with a token, by which alone its account is known; no cookie counts.
    Program,
    /// A client of the authorization server with its secret; no cookie counts.
    Client,
}

const SSO: Caller = Caller::Admin(Permission::SsoRead, Permission::SsoEdit);
const MAPPING: Caller = Caller::Admin(Permission::MappingRead, Permission::MappingEdit);
const DOMAINS: Caller = Caller::Admin(Permission::DomainRead, Permission::DomainEdit);
const PEOPLE: Caller = Caller::Admin(Permission::UserRead, Permission::UserEdit);
/// Forms that only those look at who may send them.
const NEW_PERSON: Caller = Caller::Admin(Permission::UserEdit, Permission::UserEdit);
const GROUPS: Caller = Caller::Admin(Permission::GroupRead, Permission::GroupEdit);
const LICENSES: Caller = Caller::Admin(Permission::LicenseRead, Permission::LicenseRead);
const ROLES: Caller = Caller::Admin(Permission::RoleRead, Permission::RoleEdit);
/// A form that only those look at who may send it.
const NEW_ROLE: Caller = Caller::Admin(Permission::RoleEdit, Permission::RoleEdit);
const TOKENS: Caller = Caller::Admin(Permission::TokenRead, Permission::TokenEdit);
/// What is mended from the log asks for a permission of its own.
const LOG: Caller = Caller::Admin(Permission::LogRead, Permission::LogRead);
const AUDIT: Caller = Caller::Admin(Permission::AuditRead, Permission::AuditRead);
const ACCOUNT: Caller = Caller::Admin(Permission::AccountRead, Permission::AccountEdit);

/// What an address asks of a role, as the router tells its handlers' context.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Needs {
    /// Any permission at all.
    Anything,
    /// The first to look, the second to send a form.
    These(Permission, Permission),
}

/// An address.
pub(crate) struct Route {
    pub(crate) caller: Caller,
    pub(crate) path: &'static str,
    pub(crate) methods: MethodRouter<Arc<Desk>>,
}

fn route(caller: Caller, path: &'static str, methods: MethodRouter<Arc<Desk>>) -> Route {
    Route { caller, path, methods }
}

/// The vanity host of an account.
pub(crate) fn vanity() -> Vec<Route> {
    use Caller::{Anybody, IdentityProvider, Member};
    let mut routes = vec![
        route(Anybody, "/", get(sign_in::home)),
        route(Anybody, "/signin", get(sign_in::page).post(sign_in::identify)),
        route(Anybody, "/signin/password", get(sign_in::from_the_start).post(sign_in::with_password)),
        route(Anybody, "/signin/code", get(sign_in::from_the_start).post(second_factor::enter)),
        route(Anybody, "/signin/forgot", get(forgotten::page).post(forgotten::ask)),
        route(Anybody, "/reset/{token}", get(forgotten::link).post(forgotten::reset)),
        route(Anybody, "/signin/move", get(sign_in::from_the_start).post(consolidation::ask_from_outside)),
        route(Anybody, "/join/{token}", get(consolidation::offer).post(consolidation::carry_out)),
        route(Anybody, "/address/{token}", get(consolidation::change).post(consolidation::change_address)),
        route(Anybody, "/signout", get(sign_out::page).post(sign_out::end)),
        route(Anybody, "/welcome/{token}", get(links::welcome).post(links::set_password)),
        route(Anybody, "/verify/{token}", get(links::verify).post(links::confirm)),
        route(Anybody, "/assets/{name}", get(base::asset)),
        route(IdentityProvider, "/saml/login", get(sso::login::start)),
        route(IdentityProvider, "/saml/SSO", post(sso::acs::receive)),
        route(
            IdentityProvider,
            "/saml/SingleLogout",
            get(sso::logout::by_address).post(sso::logout::by_form),
        ),
        route(IdentityProvider, "/saml/metadata/sp", get(sso::metadata::sp)),
        route(Anybody, "/handover/{ticket}", get(sso::hand_over::begin)),
        route(Anybody, "/handover/{ticket}/grant", get(sso::hand_over::grant)),
        route(Anybody, "/handover/{ticket}/arrive", get(sso::hand_over::arrive)),
        route(Member, "/profile", get(profile::page)),
        route(Member, "/profile/picture", get(profile::picture)),
        route(Member, "/profile/password", get(own_password::page).post(own_password::change)),
        route(Member, "/profile/second-factor", get(second_factor::page)),
        route(Member, "/profile/second-factor/{deed}", get(second_factor::back).post(second_factor::deed)),
    ];
    routes.extend(question());
    routes.extend(administration());
    routes.extend(people());
    routes.extend(connections());
    routes.extend(mapping());
    routes.extend(programs());
    routes.extend(groups());
    routes.extend(roles());
    routes
}

/// The question that a held session opens.
fn question() -> Vec<Route> {
    use Caller::Held;
    let back = || get(consolidation::back);
    vec![
        route(Held, consolidation::QUESTION, get(consolidation::question)),
        route(Held, "/consolidate/later", back().post(consolidation::defer)),
        route(Held, "/consolidate/move", back().post(consolidation::ask_for_link)),
        route(Held, "/consolidate/address", back().post(consolidation::ask_for_address)),
    ]
}

/// The pages of people, and of their seats.
fn people() -> Vec<Route> {
    vec![
        route(LICENSES, "/admin/licenses", get(admin::people::licenses)),
        route(PEOPLE, "/admin/users", get(admin::users::list)),
        route(PEOPLE, "/admin/users/bulk", get(admin::users::back).post(admin::users::bulk)),
        route(
            PEOPLE,
            "/admin/users/import",
            get(admin::imports::first)
                .post(admin::imports::receive)
                .layer(DefaultBodyLimit::max(admin::imports::LARGEST_UPLOAD)),
        ),
        route(PEOPLE, "/admin/users/import/{import}", get(admin::imports::one)),
        route(PEOPLE, "/admin/users/import/{import}/report", get(admin::imports::report)),
        route(
            PEOPLE,
            "/admin/users/import/{import}/apply",
            get(admin::imports::back).post(admin::imports::apply),
        ),
        route(
            PEOPLE,
            "/admin/users/import/{import}/discard",
            get(admin::imports::back).post(admin::imports::discard),
        ),
        route(NEW_PERSON, "/admin/users/new", get(admin::arrivals::blank).post(admin::arrivals::create)),
        route(PEOPLE, "/admin/users/invitations", get(admin::arrivals::invitations)),
        route(PEOPLE, "/admin/users/{user}", get(admin::people::one)),
        route(NEW_PERSON, "/admin/users/{user}/edit", get(admin::arrivals::page).post(admin::arrivals::save)),
        route(
            ROLES,
            "/admin/users/{user}/role",
            get(admin::people::back_to_role).post(admin::people::give_role),
        ),
        route(PEOPLE, "/admin/users/{user}/{deed}", get(admin::people::back).post(admin::people::deed)),
    ]
}

/// The portal's pages for administrators, but for those of connections.
fn administration() -> Vec<Route> {
    vec![
        route(Caller::Portal, "/admin", get(admin::overview::page)),
        route(Caller::Portal, "/admin/", get(admin::overview::without_slash)),
        route(SSO, "/admin/guides", get(admin::guides::list)),
        route(SSO, "/admin/guides/{idp}", get(admin::guides::one)),
        route(Caller::Portal, "/admin/help", get(admin::guides::help)),
        route(Caller::Portal, "/admin/help/{document}", get(admin::guides::document)),
        route(LOG, "/admin/api/calls", get(admin::calls::page)),
        route(LOG, "/admin/api/calls/{call}", get(admin::calls::one)),
        route(DOMAINS, "/admin/domains", get(admin::domains::list).post(admin::domains::claim)),
        route(DOMAINS, "/admin/domains/{domain}", get(admin::domains::one)),
        route(
            DOMAINS,
            "/admin/domains/{domain}/check",
            get(admin::domains::back).post(admin::domains::check),
        ),
        route(
            DOMAINS,
            "/admin/domains/{domain}/policy",
            get(admin::domains::back).post(admin::domains::decide),
        ),
        route(
            DOMAINS,
            "/admin/domains/{domain}/invite",
            get(admin::domains::back).post(admin::domains::invite),
        ),
        route(
            DOMAINS,
            "/admin/domains/{domain}/remove",
            get(admin::domains::back).post(admin::domains::remove),
        ),
        route(AUDIT, "/admin/audit", get(admin::audit::list)),
        route(AUDIT, "/admin/audit/export", get(admin::audit::export)),
        route(ACCOUNT, "/admin/settings", get(admin::settings::look).post(admin::settings::change)),
        route(ACCOUNT, "/admin/owner", get(admin::owner::look).post(admin::owner::transfer)),
        route(LOG, "/admin/log", get(admin::log::page)),
        route(LOG, "/admin/log/{tracking_id}", get(admin::log::response)),
        route(LOG, "/admin/log/{tracking_id}/cure", get(admin::cures::back).post(admin::cures::mend)),
    ]
}

/// The pages of connections.
fn connections() -> Vec<Route> {
    vec![
        route(SSO, "/admin/sso", get(admin::connection::list)),
        route(SSO, "/admin/sso/{connection}", get(admin::connection::page)),
        route(SSO, "/admin/sso/setup", get(admin::setup::first)),
        route(SSO, "/admin/sso/setup/choose", get(admin::setup::choose)),
        route(
            SSO,
            "/admin/sso/setup/{idp}",
            get(admin::setup::tell)
                .post(admin::setup::save)
                .layer(DefaultBodyLimit::max(admin::setup::LARGEST_UPLOAD)),
        ),
        route(SSO, "/admin/sso/new", get(admin::edit::blank).post(admin::edit::create)),
        route(SSO, "/admin/sso/{connection}/edit", get(admin::edit::page).post(admin::edit::save)),
        route(SSO, "/admin/sso/{connection}/test", post(admin::test::start)),
        route(SSO, "/admin/sso/{connection}/publish", post(admin::versions::publish)),
        route(SSO, "/admin/sso/{connection}/discard", post(admin::versions::discard)),
        route(SSO, "/admin/sso/{connection}/restore/{number}", post(admin::versions::restore)),
        route(SSO, "/admin/sso/{connection}/retire", post(admin::versions::retire)),
        route(SSO, "/admin/sso/test/{tracking_id}", get(admin::test::report)),
        route(SSO, "/admin/sso/{connection}/keys/prepare", get(admin::keys::back).post(admin::keys::prepare)),
        route(SSO, "/admin/sso/{connection}/keys/use", get(admin::keys::back).post(admin::keys::activate)),
        route(SSO, "/admin/sso/{connection}/keys/remove", get(admin::keys::back).post(admin::keys::remove)),
        route(
            SSO,
            "/admin/sso/{connection}/metadata/fetch",
            get(admin::metadata::back).post(admin::metadata::fetch),
        ),
        route(
            SSO,
            "/admin/sso/{connection}/metadata/accept",
            get(admin::metadata::back).post(admin::metadata::accept),
        ),
        route(
            SSO,
            "/admin/sso/{connection}/metadata/dismiss",
            get(admin::metadata::back).post(admin::metadata::dismiss),
        ),
    ]
}

/// The pages of the mapping.
fn mapping() -> Vec<Route> {
    vec![
        route(MAPPING, "/admin/mapping", get(admin::mapping::page)),
        route(MAPPING, "/admin/mapping/attributes", get(admin::attributes::received)),
        route(MAPPING, "/admin/mapping/attributes/map", get(admin::attributes::map)),
        route(
            MAPPING,
            "/admin/mapping/licenses",
            get(admin::mapping::licenses).post(admin::mapping::save_licenses),
        ),
        route(MAPPING, "/admin/mapping/undo", get(admin::mapping::back).post(admin::mapping::undo)),
        route(MAPPING, "/admin/mapping/auto", get(admin::mapping::auto).post(admin::mapping::save_auto)),
        route(
            MAPPING,
            "/admin/mapping/basic/{target}",
            get(admin::mapping::basic).post(admin::mapping::save_basic),
        ),
        route(
            MAPPING,
            "/admin/mapping/rest/{category}",
            get(admin::mapping::rest).post(admin::mapping::save_rest),
        ),
        route(
            MAPPING,
            "/admin/mapping/rules/{category}/{rule}",
            get(admin::mapping::rule).post(admin::mapping::save_rule),
        ),
        route(
            MAPPING,
            "/admin/mapping/rules/{category}/{rule}/move",
            get(admin::mapping::back).post(admin::mapping::move_to),
        ),
        route(
            MAPPING,
            "/admin/mapping/rules/{category}/{rule}/remove",
            get(admin::mapping::back).post(admin::mapping::remove),
        ),
    ]
}

/// The pages about programs.
fn programs() -> Vec<Route> {
    vec![
        route(TOKENS, "/admin/api", get(admin::api::page)),
        route(TOKENS, "/admin/api/tokens", get(admin::api::back).post(admin::api::make_token)),
        route(TOKENS, "/admin/api/tokens/{id}/revoke", get(admin::api::back).post(admin::api::revoke_token)),
        route(TOKENS, "/admin/api/clients", get(admin::api::back).post(admin::api::make_client)),
        route(
            TOKENS,
            "/admin/api/clients/{id}/revoke",
            get(admin::api::back).post(admin::api::revoke_client),
        ),
        route(Caller::Portal, "/oauth/consent/{token}", get(oauth::ask).post(oauth::answer)),
    ]
}

/// The pages of roles.
fn roles() -> Vec<Route> {
    vec![
        route(ROLES, "/admin/roles", get(admin::roles::list)),
        route(NEW_ROLE, "/admin/roles/new", get(admin::roles::blank).post(admin::roles::create)),
        route(ROLES, "/admin/roles/{role}/edit", get(admin::roles::page).post(admin::roles::save)),
        route(ROLES, "/admin/roles/{role}/remove", get(admin::roles::back).post(admin::roles::remove)),
    ]
}

/// The pages of groups.
fn groups() -> Vec<Route> {
    vec![
        route(GROUPS, "/admin/groups", get(admin::groups::list)),
        route(GROUPS, "/admin/groups/new", get(admin::groups::first).post(admin::groups::create)),
        route(
            GROUPS,
            "/admin/groups/everybody",
            get(admin::groups::everybody).post(admin::groups::set_everybody),
        ),
        route(GROUPS, "/admin/groups/{group}", get(admin::groups::one)),
        route(GROUPS, "/admin/groups/{group}/{deed}", get(admin::groups::back).post(admin::groups::deed)),
    ]
}

/// The break-glass door: the way in, and the pages for administrators but those that end at the account's own host.
pub(crate) fn glass() -> Vec<Route> {
    use Caller::Anybody;
    let mut routes = vec![
        route(Anybody, "/", get(glass::home)),
        route(Anybody, "/signin", get(glass::page).post(glass::identify)),
        route(Anybody, "/signin/password", get(glass::home).post(glass::with_password)),
        route(Anybody, "/signin/code", get(glass::home).post(second_factor::enter_at_the_glass)),
        route(Anybody, "/signin/forgot", get(forgotten::page_at_the_glass).post(forgotten::ask_at_the_glass)),
        route(
            Anybody,
            "/reset/{token}",
            get(forgotten::link_at_the_glass).post(forgotten::reset_at_the_glass),
        ),
        route(Anybody, "/signout", get(sign_out::page).post(sign_out::end)),
        route(Anybody, "/assets/{name}", get(base::asset)),
        route(Caller::Member, "/profile", get(profile::page)),
        route(Caller::Member, "/profile/picture", get(profile::picture)),
        route(Caller::Member, "/profile/password", get(own_password::page).post(own_password::change)),
        route(Caller::Member, "/profile/second-factor", get(second_factor::page)),
        route(
            Caller::Member,
            "/profile/second-factor/{deed}",
            get(second_factor::back).post(second_factor::deed),
        ),
    ];
    let at_the_account = ["/admin/sso/{connection}/test", "/oauth/consent/{token}"];
    let pages = [administration(), people(), connections(), mapping(), programs(), groups(), roles()]
        .into_iter()
        .flatten();
    routes.extend(question());
    routes.extend(pages.filter(|route| !at_the_account.contains(&route.path)));
    routes
}

/// The deployment's own host.
pub(crate) fn base() -> Vec<Route> {
    let mut routes = operations();
    routes.extend([
        route(Caller::Anybody, "/", get(base::about)),
        route(Caller::Anybody, "/signin", get(base::finder).post(base::find)),
        route(Caller::Anybody, "/assets/{name}", get(base::asset)),
        route(Caller::Anybody, "/oauth/authorize", get(oauth::begin)),
        route(Caller::Client, "/oauth/token", post(oauth::token)),
        route(Caller::Client, "/oauth/revoke", post(oauth::revoke)),
        route(Caller::Client, "/oauth/introspect", post(oauth::introspect)),
        route(Caller::Anybody, "/.well-known/oauth-authorization-server", get(oauth::description)),
        route(Caller::Anybody, "/openapi.json", get(rest::document::openapi)),
        route(Caller::Anybody, "/docs", get(rest::document::docs)),
    ]);
    routes
}

/// The APIs, at the deployment's own host.
pub(crate) fn api() -> Vec<Route> {
    let mut routes = vec![route(Caller::Program, "/v2/token", get(api::token))];
    routes.extend(rest::routes().into_iter().map(|(path, methods)| route(Caller::Program, path, methods)));
    routes.extend(scim::routes().into_iter().map(|(path, methods)| route(Caller::Program, path, methods)));
    routes
}

/// Any other host: probes come by address, people by mistake.
pub(crate) fn elsewhere() -> Vec<Route> {
    let mut routes = operations();
    routes.push(route(Caller::Anybody, "/assets/{name}", get(base::asset)));
    routes.push(route(Caller::Anybody, "/{*rest}", any(base::no_account)));
    routes.push(route(Caller::Anybody, "/", any(base::no_account)));
    routes
}

fn operations() -> Vec<Route> {
    vec![
        route(Caller::Anybody, "/healthz", get(base::alive)),
        route(Caller::Anybody, "/readyz", get(base::ready)),
    ]
}

/// The router of the vanity hosts, which also take responses at the paths that accounts brought along.
pub(crate) fn vanity_router(desk: &Arc<Desk>) -> Router {
    router(vanity(), any(sso::acs::at_another_path), desk)
}

/// The router of the APIs, for those who showed a good token.
pub(crate) fn api_router(desk: &Arc<Desk>) -> Router {
    let routes = router(api(), any(async || Failure::NoPage), desk);
    // What the deployment brings has addresses that are known at its start alone.
    let own = scim::own_routes(&desk.app).into_iter();
    let own = own.fold(Router::new(), |router, (path, methods)| router.route(&path, methods));
    let own = own.with_state(Arc::clone(desk));
    let own = own.method_not_allowed_fallback(async || Failure::WrongMethod);
    routes.merge(own)
}

/// The router of these addresses.
pub(crate) fn plain_router(routes: Vec<Route>, desk: &Arc<Desk>) -> Router {
    router(routes, any(async || Failure::NoPage), desk)
}

fn router(routes: Vec<Route>, otherwise: MethodRouter<Arc<Desk>>, desk: &Arc<Desk>) -> Router {
    let own_forms = from_fn_with_state(Arc::clone(desk), forms::only_ours);
    let add = |router: Router<Arc<Desk>>, Route { caller, path, methods }| match caller {
        Caller::IdentityProvider | Caller::Program | Caller::Client => router.route(path, methods),
        Caller::Anybody | Caller::Held | Caller::Member => {
            router.route(path, methods.layer(own_forms.clone()))
        }
        Caller::Portal => {
            router.route(path, methods.layer(Extension(Needs::Anything)).layer(own_forms.clone()))
        }
        Caller::Admin(look, change) => {
            let needs = Extension(Needs::These(look, change));
            router.route(path, methods.layer(needs).layer(own_forms.clone()))
        }
    };
    routes
        .into_iter()
        .fold(Router::new(), add)
        .fallback_service(otherwise.with_state(Arc::clone(desk)))
        .method_not_allowed_fallback(async || Failure::WrongMethod)
        .with_state(Arc::clone(desk))
}
