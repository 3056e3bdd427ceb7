//! Writing XML: a document built front to back into one string.
//!
//! What is written is decided in `saml`. The one thing to know: names are literals of the program and values are always
//! escaped, so that no value from outside can become markup.

/// Writes a document element by element.
///
/// ```
/// use vestibule_xml::Writer;
/// let mut writer = Writer::new();
/// writer.start("a:one").attribute("xmlns:a", "urn:a").attribute("name", "\"x\" & y");
/// writer.start("a:two").text("1 < 2").end();
/// writer.start("a:three").end().end();
/// assert_eq!(
///     writer.finish(),
///     r#"<a:one xmlns:a="urn:a" name="&quot;x&quot; &amp; y"><a:two>1 &lt; 2</a:two><a:three/></a:one>"#
/// );
/// ```
#[derive(Debug, Default)]
pub struct Writer {
    xml: String,
    open: Vec<&'static str>,
    /// Whether the last start tag still waits for its `>`.
    in_tag: bool,
}

impl Writer {
    /// Begins an empty document, without an XML declaration.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens an element; the name is written as it is, its prefix with it.
    pub fn start(&mut self, name: &'static str) -> &mut Self {
        self.close_tag();
        self.xml.push('<');
        self.xml.push_str(name);
        self.open.push(name);
        self.in_tag = true;
        self
    }

    /// Gives the element just opened an attribute, or a namespace declaration. Behind its content there is no place for
    /// one, and nothing is written.
    pub fn attribute(&mut self, name: &'static str, value: &str) -> &mut Self {
        debug_assert!(self.in_tag, "the attribute {name} comes behind the content of its element");
        if self.in_tag {
            self.xml.push(' ');
            self.xml.push_str(name);
            self.xml.push_str("=\"");
            self.escaped(value, crate::c14n::in_attribute);
            self.xml.push('"');
        }
        self
    }

    /// Writes text. Characters that XML cannot carry become U+FFFD.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.close_tag();
        self.escaped(text, crate::c14n::in_text);
        self
    }

    /// Writes an element that is already XML, as a signed one must stay as it is.
    pub fn raw(&mut self, fragment: &str) -> &mut Self {
        self.close_tag();
        self.xml.push_str(fragment);
        self
    }

    /// Closes the element opened last that is still open.
    pub fn end(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            if self.in_tag {
                self.in_tag = false;
                self.xml.push_str("/>");
            } else {
                self.xml.push_str("</");
                self.xml.push_str(name);
                self.xml.push('>');
            }
        }
        self
    }

    /// Closes what is open, and gives the document.
    #[must_use]
    pub fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.end();
        }
        self.xml
    }

    fn close_tag(&mut self) {
        if std::mem::take(&mut self.in_tag) {
            self.xml.push('>');
        }
    }

    fn escaped(&mut self, text: &str, replacement: impl Fn(u8) -> Option<&'static str>) {
        for character in text.chars() {
            let escaped = u8::try_from(character).ok().filter(u8::is_ascii).and_then(&replacement);
            match escaped {
                Some(escaped) => self.xml.push_str(escaped),
                None if crate::characters::is_allowed(character) => self.xml.push(character),
                None => self.xml.push(char::REPLACEMENT_CHARACTER),
            }
        }
    }
}
