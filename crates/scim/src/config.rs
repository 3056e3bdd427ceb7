//! What the service says about itself at `/ServiceProviderConfig` (RFC 7643, section 5; RFC 9865, section 4).

use serde_json::{Value, json};

/// What a deployment offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The address of the service, without a slash at its end: `https://id.example/scim2`.
    pub base: String,
    /// Where the documentation is.
    pub documentation: Option<String>,
    /// The most operations in a bulk request.
    pub bulk_operations: usize,
    /// The largest bulk request, in bytes.
    pub bulk_bytes: usize,
    /// How many resources a page has where a request does not say.
    pub page_size: usize,
    /// The most resources on a page.
    pub largest_page: usize,
    /// For how many seconds a cursor holds at least; nothing if it does not expire.
    pub cursor_seconds: Option<u64>,
}

/// The resource.
pub fn service_provider_config(offer: &Offer) -> Value {
    let scheme = |kind: &str, name: &str, description: &str, specification: &str, primary: bool| json!({ "type": kind, "name": name, "description": description, "specUri": specification, "primary": primary });
    let mut pagination = json!({
        "cursor": true,
        "index": true,
        "defaultPaginationMethod": "index",
        "defaultPageSize": offer.page_size,
        "maxPageSize": offer.largest_page,
    });
    put(&mut pagination, "cursorTimeout", offer.cursor_seconds.map(|seconds| json!(seconds)));
    let mut config = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": true, "maxOperations": offer.bulk_operations, "maxPayloadSize": offer.bulk_bytes },
        "filter": { "supported": true, "maxResults": offer.largest_page },
        "changePassword": { "supported": false },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "pagination": pagination,
        "authenticationSchemes": [
            scheme(
                "oauthbearertoken",
                "API token",
                "A token with the scope scim2, made in the portal or at the command line, in the header Authorization: Bearer.",
                "https://www.rfc-editor.org/rfc/rfc6750",
                true,
            ),
            scheme(
                "oauth2",
                "OAuth 2.0",
                "An access token with the scope scim2, by client credentials or by authorization code.",
                "https://www.rfc-editor.org/rfc/rfc6749",
                false,
            ),
        ],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{}/ServiceProviderConfig", offer.base),
        },
    });
    put(&mut config, "documentationUri", offer.documentation.as_ref().map(|address| json!(address)));
    config
}

/// Sets a member of an object, if there is anything to set.
fn put(object: &mut Value, name: &str, value: Option<Value>) {
    if let Value::Object(object) = object {
        object.extend(value.map(|value| (name.to_owned(), value)));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Offer, service_provider_config};

    #[test]
    fn what_is_offered_is_said_and_what_is_not_set_is_left_out() {
        let offer = Offer {
            base: "https://id.example/scim2".to_owned(),
            documentation: None,
            bulk_operations: 1_000,
            bulk_bytes: 1_048_576,
            page_size: 100,
            largest_page: 200,
            cursor_seconds: None,
        };
        let config = service_provider_config(&offer);
        assert_eq!(config["patch"]["supported"], true);
        assert_eq!(config["bulk"]["maxPayloadSize"], 1_048_576);
        assert!(
            config["pagination"].get("cursorTimeout").is_none() && config.get("documentationUri").is_none()
        );
        let offer =
            Offer { documentation: Some("https://a.example".to_owned()), cursor_seconds: Some(60), ..offer };
        let config = service_provider_config(&offer);
        assert_eq!(config["pagination"]["cursorTimeout"], json!(60));
        assert_eq!(config["documentationUri"], "https://a.example");
    }
}
