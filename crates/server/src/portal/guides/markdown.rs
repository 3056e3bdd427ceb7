//! From the Markdown of a guide to HTML.
//!
//! Each heading of the second level begins a part, which the page shows as a card. Raw HTML is shown as the text that it is;
//! placeholders are filled in text that was read already, so that no value can become markup.

use super::Values;
use askama::Template;
use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// A part of a guide.
#[derive(Debug)]
pub struct Part {
    /// Its heading.
    pub title: String,
    /// Its content, as HTML.
    pub html: String,
}

/// A fenced block, with a button to copy it.
#[derive(Template)]
#[template(path = "guides/block.html")]
struct Block<'a> {
    label: &'a str,
    text: &'a str,
}

/// A value of ours that stands alone, with a button to copy it.
#[derive(Template)]
#[template(path = "guides/value.html")]
struct Value<'a> {
    name: &'a str,
    text: &'a str,
}

/// A link to another document that is shown here.
#[derive(Template)]
#[template(path = "guides/linked.html")]
struct Linked<'a> {
    href: &'a str,
    text: &'a str,
}

/// What stands ahead of the first part, and the parts. The heading of the first level is the page's own.
pub(super) fn parts(text: &str, values: &Values) -> Result<(String, Vec<Part>), askama::Error> {
    let mut events = Parser::new_ext(text, Options::ENABLE_TABLES);
    let mut pages: Vec<(String, Vec<Event<'_>>)> = vec![(String::new(), Vec::new())];
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => drop(plain(&mut events)),
            Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => {
                pages.push((plain(&mut events), Vec::new()));
            }
            other => {
                let read = one(other, &mut events, values)?;
                pages.iter_mut().last().into_iter().for_each(|(_, page)| page.extend(read.clone()));
            }
        }
    }
    let mut pages = pages.into_iter().map(|(title, events)| Part { title, html: written(events) });
    let intro = pages.next().map(|part| part.html).unwrap_or_default();
    Ok((intro, pages.collect()))
}

fn written(events: Vec<Event<'_>>) -> String {
    let mut html = String::new();
    html::push_html(&mut html, events.into_iter());
    html
}

/// The text up to the end of what was begun.
fn plain(events: &mut Parser<'_>) -> String {
    let mut text = String::new();
    for event in events {
        match event {
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            Event::End(TagEnd::Heading(_) | TagEnd::CodeBlock) => break,
            _ => {}
        }
    }
    text
}

/// What one event becomes; nothing, if it is left out.
fn one<'a>(
    event: Event<'a>,
    events: &mut Parser<'a>,
    values: &Values,
) -> Result<Option<Event<'a>>, askama::Error> {
    let shown = match event {
        Event::Start(Tag::CodeBlock(kind)) => {
            let text = filled(&plain(events), values);
            Event::Html(
                Block { label: &filled(&label(&kind), values), text: text.trim_end() }.render()?.into(),
            )
        }
        Event::Code(text) => match placeholder(&text).and_then(|name| Some((name, values.of(name)?))) {
            Some((name, value)) => {
                let name = name.replace('_', " ");
                Event::InlineHtml(Value { name: &name, text: value }.render()?.into())
            }
            None => Event::Code(filled(&text, values).into()),
        },
        Event::Text(text) => Event::Text(filled(&text, values).into()),
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        // Alignment would be written as a style attribute, which browsers are told not to obey.
        Event::Start(Tag::Table(columns)) => {
            Event::Start(Tag::Table(vec![pulldown_cmark::Alignment::None; columns.len()]))
        }
        // A document beside the guide that is not shown here has no address.
        Event::Start(Tag::Link { ref dest_url, .. }) if !leads_out(dest_url) => {
            let text = filled(&linked(events), values);
            match shown_here(dest_url) {
                Some(href) => Event::InlineHtml(Linked { href: &href, text: &text }.render()?.into()),
                None => Event::Text(text.into()),
            }
        }
        other => other,
    };
    Ok(Some(shown))
}

/// The address of a guide or a document that is linked from another one, as they lie beside each other in `docs`.
fn shown_here(link: &str) -> Option<String> {
    // Parts have other names here than their headings have in the file: the link leads to the whole.
    let file = link.split('#').next()?;
    let id = file.rsplit('/').next()?.strip_suffix(".md")?;
    let document = super::document(id).map(|document| format!("/admin/help/{}", document.id));
    document.or_else(|| super::find(id).map(|guide| format!("/admin/guides/{}", guide.id)))
}

fn leads_out(address: &CowStr<'_>) -> bool {
    address.starts_with("https://")
}

/// The text of a link, up to its end.
fn linked(events: &mut Parser<'_>) -> String {
    let inside = events.take_while(|event| !matches!(event, Event::End(TagEnd::Link)));
    inside
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.into_string()),
            _ => None,
        })
        .collect()
}

/// What a block is called: what follows the language, as a file name, or the language.
fn label(kind: &CodeBlockKind<'_>) -> String {
    match kind {
        CodeBlockKind::Fenced(info) => {
            info.split_once(' ').map_or(info.as_ref(), |(_, name)| name).to_owned()
        }
        CodeBlockKind::Indented => "text".to_owned(),
    }
}

/// The name of the placeholder that this text is and nothing else.
fn placeholder(text: &str) -> Option<&str> {
    text.strip_prefix("{{")?.strip_suffix("}}")
}

/// The text with its placeholders filled in; an unknown one stays, and a test finds it.
fn filled(text: &str, values: &Values) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        match after.split_once("}}").and_then(|(name, rest)| Some((values.of(name)?, rest))) {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push_str("{{");
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}
