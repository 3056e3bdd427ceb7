//! All schemas and resource types of a deployment: the built-in ones, and what it brings.

use std::sync::{Arc, LazyLock};

use serde_json::Value;

use super::read::{Malformed, resource_type, schema};
use super::{ResourceType, Schema};

/// The URN of the base schema of users.
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The URN of the base schema of groups.
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// The URN of the enterprise extension of users (RFC 7643, section 4.3).
pub const ENTERPRISE_USER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The URN of our own extension of users: login types, license, add-ons.
pub const VESTIBULE_USER: &str = "urn:vestibule:params:scim:schemas:extension:2.0:User";
/// The name under which the attributes of every resource are kept; it is no schema that anyone sees.
pub const COMMON: &str = "urn:vestibule:params:scim:schemas:common";

/// The built-in schemas, in the order in which they are listed.
const SCHEMAS: [&str; 7] = [
    include_str!("../../schemas/User.json"),
    include_str!("../../schemas/Group.json"),
    include_str!("../../schemas/EnterpriseUser.json"),
    include_str!("../../schemas/VestibuleUser.json"),
    include_str!("../../schemas/ServiceProviderConfig.json"),
    include_str!("../../schemas/ResourceType.json"),
    include_str!("../../schemas/Schema.json"),
];
const COMMON_ATTRIBUTES: &str = include_str!("../../schemas/Common.json");
const RESOURCE_TYPES: &str = include_str!("../../schemas/ResourceTypes.json");

/// Endpoints that are no resource types.
const RESERVED: [&str; 6] =
    ["Me", "Bulk", "Schemas", "ResourceTypes", "ServiceProviderConfig", "serviceConfiguration"];

static BUILT_IN: LazyLock<Registry> = LazyLock::new(|| Registry::read_built_in().unwrap_or_default());

/// The schemas and resource types that a deployment has.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    schemas: Vec<Arc<Schema>>,
    resource_types: Vec<Arc<ResourceType>>,
    common: Option<Arc<Schema>>,
}

impl Registry {
    /// Users and groups, with the enterprise extension and ours.
    pub fn built_in() -> Self {
        BUILT_IN.clone()
    }

    pub(super) fn read_built_in() -> Result<Self, Malformed> {
        let json =
            |text: &str| serde_json::from_str::<Value>(text).map_err(|error| Malformed(error.to_string()));
        let mut registry =
            Self { common: Some(Arc::new(schema(&json(COMMON_ATTRIBUTES)?)?)), ..Self::default() };
        for text in SCHEMAS {
            registry.schemas.push(Arc::new(schema(&json(text)?)?));
        }
        registry.add_resource_types(&json(RESOURCE_TYPES)?)?;
        Ok(registry)
    }

    /// The built-in ones, and those of two JSON lists: resource types and schemas, as `/ResourceTypes` and `/Schemas` list
    /// them. A schema or resource type with the name of a built-in one is refused.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn with(resource_types: &Value, schemas: &Value) -> Result<Self, Malformed> {
        let mut registry = Self::built_in();
        for value in list(schemas)? {
            let schema = schema(value)?;
            if registry.schema(&schema.id).is_some() {
                return Err(Malformed(format!("there are two schemas {}", schema.id)));
            }
            registry.schemas.push(Arc::new(schema));
        }
        registry.add_resource_types(resource_types)?;
        Ok(registry)
    }

    fn add_resource_types(&mut self, values: &Value) -> Result<(), Malformed> {
        let common = self.common.clone().unwrap_or_default();
        for value in list(values)? {
            let kind = resource_type(value, &self.schemas, &common)?;
            let name = kind.endpoint.trim_start_matches('/');
            if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)) {
                return Err(Malformed(format!("the endpoint {} is the service's own", kind.endpoint)));
            }
            let is_there = |other: &Arc<ResourceType>| {
                other.name.eq_ignore_ascii_case(&kind.name)
                    || other.endpoint.eq_ignore_ascii_case(&kind.endpoint)
            };
            if self.resource_types.iter().any(is_there) {
                return Err(Malformed(format!(
                    "there are two resource types {} or two at {}",
                    kind.name, kind.endpoint
                )));
            }
            self.resource_types.push(Arc::new(kind));
        }
        Ok(())
    }

    /// All schemas, in the order in which they are listed.
    pub fn schemas(&self) -> &[Arc<Schema>] {
        &self.schemas
    }

    /// All resource types.
    pub fn resource_types(&self) -> &[Arc<ResourceType>] {
        &self.resource_types
    }

    /// The schema with this URN, in any case.
    pub fn schema(&self, id: &str) -> Option<&Arc<Schema>> {
        self.schemas.iter().find(|schema| schema.id.eq_ignore_ascii_case(id))
    }

    /// The resource type of this name.
    pub fn resource_type(&self, name: &str) -> Option<&Arc<ResourceType>> {
        self.resource_types.iter().find(|kind| kind.name == name)
    }

    /// The resource type at this endpoint, with or without the slash: `/Users`.
    pub fn at(&self, endpoint: &str) -> Option<&Arc<ResourceType>> {
        let name = endpoint.trim_start_matches('/');
        self.resource_types.iter().find(|kind| kind.endpoint.trim_start_matches('/') == name)
    }

    /// The users.
    pub fn user(&self) -> Arc<ResourceType> {
        self.resource_type("User").cloned().unwrap_or_default()
    }

    /// The groups.
    pub fn group(&self) -> Arc<ResourceType> {
        self.resource_type("Group").cloned().unwrap_or_default()
    }
}

fn list(value: &Value) -> Result<&[Value], Malformed> {
    let resources = value.get("Resources").unwrap_or(value);
    resources
        .as_array()
        .map(Vec::as_slice)
        .ok_or_else(|| Malformed("this is no list of schemas or resource types".to_owned()))
}
