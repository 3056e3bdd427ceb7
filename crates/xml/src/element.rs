//! An element of a document, as its readers see it.
//!
//! How it is stored is in `document.rs`. The one thing to know: elements and attributes are found by namespace and local
//! name and in no other way; prefixes mean nothing to a reader, but for values that are themselves qualified names.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use crate::document::{Attribute, Declaration, Document, Node, Tag};
use crate::names::NONE;

/// An element of a [`Document`].
#[derive(Clone, Copy)]
pub struct Element<'d> {
    pub(crate) document: &'d Document<'d>,
    pub(crate) index: u32,
}

impl<'d> Element<'d> {
    /// The namespace it is in; empty if in none.
    #[must_use]
    #[inline]
    pub fn namespace(self) -> &'d str {
        self.document.namespaces.name(self.tag().name.namespace)
    }

    /// Its name within the namespace.
    #[must_use]
    #[inline]
    pub fn local_name(self) -> &'d str {
        self.tag().name.local
    }

    /// Whether it has this name in this namespace.
    #[must_use]
    #[inline]
    pub fn is(self, namespace: &str, local: &str) -> bool {
        self.tag().name.local == local && self.namespace() == namespace
    }

    /// The value of an attribute in no namespace, normalized and with its references resolved.
    #[must_use]
    #[inline]
    pub fn attribute(self, local: &str) -> Option<&'d str> {
        let found =
            |attribute: &&Attribute<'_>| attribute.name.namespace == NONE && attribute.name.local == local;
        self.raw_attributes().iter().find(found).map(|attribute| self.document.said(attribute.value))
    }

    /// The value of an attribute in a namespace, normalized and with its references resolved.
    #[must_use]
    pub fn attribute_ns(self, namespace: &str, local: &str) -> Option<&'d str> {
        let namespaces = &self.document.namespaces;
        let found = |attribute: &&Attribute<'_>| {
            attribute.name.local == local && namespaces.name(attribute.name.namespace) == namespace
        };
        self.raw_attributes().iter().find(found).map(|attribute| self.document.said(attribute.value))
    }

    /// Its attributes as (namespace, local name, value), ordered by namespace and local name.
    pub fn attributes(self) -> impl Iterator<Item = (&'d str, &'d str, &'d str)> {
        let document = self.document;
        self.raw_attributes().iter().map(|attribute| {
            let Attribute { name, value } = *attribute;
            (document.namespaces.name(name.namespace), name.local, document.said(value))
        })
    }

    /// The element around it; none around the root.
    #[must_use]
    #[inline]
    pub fn parent(self) -> Option<Element<'d>> {
        let parent = self.tag().parent;
        (parent != Tag::ROOT).then_some(Element { index: parent, ..self })
    }

    /// Its child elements.
    #[inline]
    pub fn elements(self) -> impl Iterator<Item = Element<'d>> {
        self.nodes().filter_map(move |(index, node)| match node {
            Node::Element(_) => Some(Element { index, ..self }),
            Node::Text(_) | Node::Cdata(_) | Node::Comment => None,
        })
    }

    /// Its first child element of this name.
    #[must_use]
    #[inline]
    pub fn child(self, namespace: &str, local: &str) -> Option<Element<'d>> {
        self.elements().find(|child| child.is(namespace, local))
    }

    /// Its child elements of this name.
    pub fn children<'n>(
        self,
        namespace: &'n str,
        local: &'n str,
    ) -> impl Iterator<Item = Element<'d>> + use<'d, 'n> {
        self.elements().filter(move |child| child.is(namespace, local))
    }

    /// Itself and all elements inside it, in document order.
    #[inline]
    pub fn descendants(self) -> impl Iterator<Item = Element<'d>> {
        let nodes = self.document.nodes.get(self.index as usize..self.tag().end as usize);
        (self.index..).zip(nodes.unwrap_or_default()).filter_map(move |(index, node)| match node {
            Node::Element(_) => Some(Element { index, ..self }),
            Node::Text(_) | Node::Cdata(_) | Node::Comment => None,
        })
    }

    /// All its character data, across comments and CDATA sections; none if there is an element in it.
    ///
    /// Whole or not at all: what a comment cuts in two is never read as its first half.
    #[must_use]
    pub fn text(self) -> Option<Cow<'d, str>> {
        let mut whole = Cow::Borrowed("");
        for (_, node) in self.nodes() {
            match node {
                Node::Element(_) => return None,
                Node::Text(text) | Node::Cdata(text) => {
                    let text = self.document.said(*text);
                    if whole.is_empty() {
                        whole = Cow::Borrowed(text);
                    } else {
                        whole.to_mut().push_str(text);
                    }
                }
                Node::Comment => {}
            }
        }
        Some(whole)
    }

    /// Whether there is neither a comment nor a CDATA section anywhere in it.
    #[must_use]
    pub fn is_plain(self) -> bool {
        let nodes = self.document.nodes.get(self.index as usize..self.tag().end as usize);
        !nodes.unwrap_or_default().iter().any(|node| matches!(node, Node::Cdata(_) | Node::Comment))
    }

    /// What a prefix is bound to here: what a qualified name in a value, as that of `xsi:type`, needs. The empty
    /// prefix is that of the default namespace.
    #[must_use]
    pub fn namespace_of_prefix(self, prefix: &str) -> Option<&'d str> {
        if prefix == "xml" {
            return Some(crate::XML_NAMESPACE);
        }
        let namespace = self.document.namespaces.name(self.bound_to(prefix));
        Some(namespace).filter(|namespace| !namespace.is_empty())
    }

    /// The same by numbers: the namespace that a prefix is bound to here, or [`NONE`].
    pub(crate) fn bound_to(self, prefix: &str) -> u32 {
        let mut around = std::iter::successors(Some(self), |element| element.parent());
        around.find_map(|element| element.declaration_of(prefix)).map_or(NONE, |declared| declared.namespace)
    }

    /// The namespace declarations that are in scope here, its own included, by prefix; the empty prefix is that of the
    /// default namespace. What is not bound, and `xml`, is left out.
    #[must_use]
    pub fn namespaces_in_scope(self) -> BTreeMap<&'d str, &'d str> {
        let mut scope = BTreeMap::new();
        for element in std::iter::successors(Some(self), |element| element.parent()) {
            for declared in element.declarations() {
                let prefix = self.document.prefixes.name(declared.prefix);
                scope.entry(prefix).or_insert(self.document.namespaces.name(declared.namespace));
            }
        }
        scope.retain(|prefix, namespace| *prefix != "xml" && !namespace.is_empty());
        scope
    }

    /// Where it stands in the input, in bytes: from its `<` to behind the `>` of its end.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        self.tag().span.range()
    }

    /// The index comes from the parser or from a walk over the nodes, so there is an element at it; if there were not,
    /// it would have no name and nothing would be found in it.
    #[inline]
    pub(crate) fn tag(self) -> &'d Tag<'d> {
        match self.document.nodes.get(self.index as usize) {
            Some(Node::Element(tag)) => tag,
            _ => Tag::NONE,
        }
    }

    #[inline]
    pub(crate) fn raw_attributes(self) -> &'d [Attribute<'d>] {
        self.document.attributes.get(self.tag().attributes.range()).unwrap_or_default()
    }

    pub(crate) fn declarations(self) -> &'d [Declaration] {
        self.document.declarations.get(self.tag().declarations.range()).unwrap_or_default()
    }

    /// Its own declaration of a prefix.
    fn declaration_of(self, prefix: &str) -> Option<&'d Declaration> {
        let prefixes = &self.document.prefixes;
        let declarations = self.declarations();
        let place =
            declarations.binary_search_by(|declared| prefixes.name(declared.prefix).cmp(prefix)).ok()?;
        declarations.get(place)
    }

    /// Its child nodes and their indices.
    #[inline]
    fn nodes(self) -> impl Iterator<Item = (u32, &'d Node<'d>)> {
        let end = self.tag().end;
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            let index = next;
            let node = self.document.nodes.get(index as usize).filter(|_| index < end)?;
            next = match node {
                Node::Element(tag) => tag.end,
                Node::Text(_) | Node::Cdata(_) | Node::Comment => index + 1,
            };
            Some((index, node))
        })
    }
}

/// The same element of the same document; never one that only looks alike.
impl PartialEq for Element<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.index == other.index
    }
}

impl Eq for Element<'_> {}

impl fmt::Debug for Element<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Element {{{}}}{}", self.namespace(), self.local_name())
    }
}
