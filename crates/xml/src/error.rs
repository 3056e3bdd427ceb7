//! Why a document was refused, and where.
//!
//! The rules themselves are in `parse.rs` and below. The one thing to know: each kind is one rule, so that a test (and
//! an administrator) can tell the attack from the accident; `DuplicateId` in particular has a code of its own outside.

use std::fmt;

/// Why a document was refused, and where in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error {
    /// The rule that was broken.
    pub kind: ErrorKind,
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (line {}, column {}).", self.kind.sentence(), self.line, self.column)
    }
}

impl std::error::Error for Error {}

/// The rule that a document broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// More bytes than [`crate::Limits::bytes`].
    TooManyBytes,
    /// More elements inside one another than [`crate::Limits::depth`].
    TooDeep,
    /// More nodes than [`crate::Limits::nodes`].
    TooManyNodes,
    /// More attributes on an element than [`crate::Limits::attributes`].
    TooManyAttributes,
    /// More namespace declarations on an element than [`crate::Limits::namespaces`].
    TooManyNamespaces,
    /// More ID-like attributes than [`crate::Limits::ids`].
    TooManyIds,
    /// The document begins with a byte order mark.
    ByteOrderMark,
    /// The bytes are not UTF-8.
    NotUtf8,
    /// A character that XML 1.0 does not know, as itself or as a reference.
    Character,
    /// The XML declaration is not in its one form.
    Declaration,
    /// The XML declaration names a version other than 1.0.
    Version,
    /// The XML declaration names an encoding other than UTF-8.
    Encoding,
    /// A document type declaration.
    DocumentType,
    /// A processing instruction.
    ProcessingInstruction,
    /// A reference to an entity that is not one of the five, or an ampersand that begins no reference.
    Entity,
    /// A comment that contains `--`.
    Comment,
    /// Markup that begins with `<!` and is neither a comment nor, inside an element, a CDATA section.
    Markup,
    /// There is no root element where one must be.
    NoRoot,
    /// Something other than comments and white space follows the root element.
    AfterRoot,
    /// The document ends too early.
    UnexpectedEnd,
    /// Something that is not a name stands where a name must be.
    Name,
    /// A name that namespaces do not allow: more than one colon, or a colon at an end.
    QualifiedName,
    /// A tag that is not closed, or an attribute that is not separated from what is before it by white space.
    Tag,
    /// An end tag that is not that of the element it would close.
    EndTag,
    /// An attribute without `=` or without quotes, or with `<` in its value.
    AttributeValue,
    /// An attribute, or a declaration of a prefix, that is there twice.
    DuplicateAttribute,
    /// An ID-like attribute whose value another one has too.
    DuplicateId,
    /// An element with more than one ID-like attribute.
    SeveralIds,
    /// `xml:base`, which would change what references mean.
    Base,
    /// The characters `]]>` in text.
    CdataEnd,
    /// A prefix that no declaration in scope binds.
    UndeclaredPrefix,
    /// The prefixes `xml` and `xmlns`, or their namespaces, declared in a way that is reserved.
    ReservedNamespace,
    /// A prefix declared to be bound to nothing.
    EmptyNamespace,
    /// A namespace that is not an absolute URI.
    RelativeNamespace,
    /// A namespace with a character or a reference that has no place in it, or of more than 256 bytes.
    NamespaceForm,
}

impl ErrorKind {
    /// What is wrong, as a plain sentence without its full stop.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::TooManyBytes => "The XML document is larger than allowed",
            Self::TooDeep => "The XML document has elements nested deeper than allowed",
            Self::TooManyNodes => "The XML document has more elements and texts than allowed",
            Self::TooManyAttributes => "The XML element has more attributes than allowed",
            Self::TooManyNamespaces => "The XML element has more namespace declarations than allowed",
            Self::TooManyIds => "The XML document has more ID attributes than allowed",
            Self::ByteOrderMark => "The XML document begins with a byte order mark, which is not accepted",
            Self::NotUtf8 => "The XML document is not valid UTF-8",
            Self::Character => "The XML document contains a character that XML does not allow",
            Self::Declaration => "The XML declaration is malformed",
            Self::Version => "The XML declaration names a version other than 1.0",
            Self::Encoding => "The XML declaration names an encoding other than UTF-8",
            Self::UndeclaredPrefix => "The XML document uses a namespace prefix that is not declared",
            Self::ReservedNamespace => "The XML document declares a reserved namespace prefix or namespace",
            Self::EmptyNamespace => "The XML document binds a namespace prefix to nothing",
            Self::RelativeNamespace => "The XML document declares a namespace that is not an absolute URI",
            Self::NamespaceForm => {
                "The XML document declares a namespace that is not well formed or too long"
            }
            Self::DocumentType => {
                "The XML document contains a document type declaration, which is not accepted"
            }
            Self::ProcessingInstruction => {
                "The XML document contains a processing instruction, which is not accepted"
            }
            Self::Entity => "The XML document contains a reference to an unknown entity",
            Self::Comment => "The XML document has a comment that contains two hyphens",
            Self::Markup => "The XML document contains markup that is not accepted",
            Self::NoRoot => "The XML document has no root element",
            Self::AfterRoot => "The XML document goes on after its root element",
            Self::UnexpectedEnd => "The XML document ends too early",
            Self::Name => "The XML document has something else where a name must be",
            Self::QualifiedName => "The XML document has a name with a misplaced colon",
            Self::Tag => "The XML document has a malformed tag",
            Self::EndTag => "The XML document has an end tag that does not match the start tag",
            Self::AttributeValue => "The XML document has a malformed attribute",
            Self::DuplicateAttribute => "The XML element has the same attribute twice",
            Self::DuplicateId => "The XML document uses the same ID twice",
            Self::SeveralIds => "The XML element has several ID attributes",
            Self::Base => "The XML document has the attribute xml:base, which is not accepted",
            Self::CdataEnd => "The XML document has the characters ]]> in its text",
        }
    }
}

/// An error whose place is still a position in the input: what the parser passes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: ErrorKind,
    pub(crate) offset: usize,
}

impl Fault {
    /// Counts lines and columns, which only a refused document needs.
    pub(crate) fn locate(self, input: &[u8]) -> Error {
        let before = input.get(..self.offset).unwrap_or(input);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let last = before.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        // Bytes that continue a character of UTF-8 take no column.
        let column = last.iter().filter(|byte| **byte & 0xC0 != 0x80).count() + 1;
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Error { kind: self.kind, line: count(line), column: count(column) }
    }
}
