//! Domains that no account can have: names without an owner, public suffixes, and those of public mail providers.

/// Names that are reserved for local or special use (RFC 2606, 6761, 6762, 7686, 8375, 9476, and ICANN's `internal`), which
/// nobody owns. `example` and `test` are not here: the public DNS does not have them, so that nobody proves them there,
/// and a trial with its own name server may.
const RESERVED: [&str; 13] = [
    "alt",
    "arpa",
    "example.com",
    "example.net",
    "example.org",
    "home",
    "internal",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
];

/// Providers that give a mailbox to anybody, or to each of their customers. Compiled by hand from what the providers say of
/// themselves on their pages of registration, the best known of each region; it need not be whole, since nobody proves a
/// domain without its provider's help.
const PUBLIC_MAIL: &str = "\
    126.com 139.com 163.com 189.cn aim.com alice.it aliyun.com aol.com att.net bellsouth.net bigpond.com bk.ru bluewin.ch \
    bol.com.br btinternet.com centrum.cz charter.net comcast.net cox.net daum.net duck.com earthlink.net email.com email.cz \
    fastmail.com fastmail.fm foxmail.com free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com \
    hanmail.net hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com \
    inbox.lv inbox.ru interia.pl juno.com laposte.net libero.it list.ru live.ca live.co.uk live.com live.de live.fr live.nl \
    mac.com mail.com mail.de mail.ee mail.ru mailbox.org mailfence.com me.com mindspring.com msn.com naver.com netzero.net \
    o2.pl onet.pl optonline.net optusnet.com.au orange.fr outlook.com outlook.de outlook.es outlook.fr outlook.it \
    passport.com pm.me posteo.de proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com \
    rogers.com runbox.com sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca sina.cn sina.com sky.com sohu.com startmail.com \
    sympatico.ca t-online.de telenet.be telus.net terra.com.br tiscali.it tuta.com tuta.io tutamail.com tutanota.com \
    tutanota.de ukr.net uol.com.br verizon.net virgilio.it virginmedia.com wanadoo.fr web.de windowslive.com wp.pl xtra.co.nz \
    ya.ru yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com \
    yandex.ru yeah.net ymail.com zoho.com zohomail.com";

/// Whether a name is reserved, or lies below a reserved one.
pub(super) fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|reserved| {
        name.strip_suffix(reserved).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// Whether mailboxes of this domain are given to anybody.
pub(super) fn is_public_mail(name: &str) -> bool {
    PUBLIC_MAIL.split_ascii_whitespace().any(|public| public == name)
}

/// Whether others register names below this one (publicsuffix.org).
pub(super) fn is_public_suffix(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.as_bytes() == name.as_bytes())
}
