//! The document as one page that needs neither scripts nor anything from elsewhere.

use super::METHODS;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

const STYLE: &str = include_str!("page.css");

/// What the page may load: its own style, and nothing else.
pub fn policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
}

/// The page of this document.
pub fn page(api: &Value) -> String {
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, \
         initial-scale=1\"><title>Leadline API</title><style>{STYLE}</style></head><body>"
    );
    let areas: Vec<(&str, &str)> = list(&api["tags"]).map(|tag| (text(&tag["name"]), text(&tag["description"]))).collect();
    nav(&mut html, &areas);
    html.push_str("<main><h1>Leadline API</h1>");
    for part in text(&api["info"]["description"]).split("\n\n") {
        let _ = write!(html, "<p>{}</p>", prose(part));
    }
    html.push_str("<p>The same for programs, OpenAPI 3.1: <a href=\"/api/v1/openapi.json\">openapi.json</a>.</p>");
    for (area, about) in areas {
        let _ = write!(html, "<h2 id=\"{}\">{}</h2><p>{}</p>", slug(area), escaped(area), prose(about));
        for (path, item) in fields(&api["paths"]) {
            for method in METHODS {
                let operation = &item[method.to_lowercase()];
                if list(&operation["tags"]).any(|tag| text(tag) == area) {
                    route(&mut html, method, path, operation);
                }
            }
        }
    }
    html.push_str("<h2 id=\"types\">Types</h2>");
    for (name, schema) in fields(&api["components"]["schemas"]) {
        let about = prose(text(&schema["description"]));
        let example = example(schema);
        let _ = write!(html, "<section id=\"type-{0}\"><h3>{0}</h3><p>{about}</p>{1}{example}</section>", escaped(name), shape(schema));
    }
    html.push_str("</main></body></html>");
    html
}

fn nav(html: &mut String, areas: &[(&str, &str)]) {
    html.push_str("<nav aria-label=\"Areas\"><strong>Leadline API</strong><ul>");
    for (area, _) in areas {
        let _ = write!(html, "<li><a href=\"#{}\">{}</a></li>", slug(area), escaped(area));
    }
    html.push_str("<li><a href=\"#types\">Types</a></li></ul></nav>");
}

fn route(html: &mut String, method: &str, path: &str, operation: &Value) {
    let id = text(&operation["operationId"]);
    let open = operation["security"].as_array().is_some_and(|ways| ways.iter().all(|way| way.as_object().is_none_or(Map::is_empty)));
    let _ = write!(
        html,
        "<section id=\"{id}\"><h3><span class=\"method {0}\">{0}</span> <code>{1}</code></h3><p>{2} {3}</p>{4}",
        method,
        escaped(path),
        prose(text(&operation["summary"])),
        prose(text(&operation["description"])),
        if open { "<p class=\"open\">Needs no sign-in.</p>" } else { "" }
    );
    let parameters: Vec<&Value> = list(&operation["parameters"]).collect();
    if !parameters.is_empty() {
        html.push_str("<h4>Parameters</h4><table><tr><th>Name</th><th>In</th><th>Type</th><th>Meaning</th></tr>");
        for one in parameters {
            let (name, place) = (escaped(text(&one["name"])), escaped(text(&one["in"])));
            let (kind, about) = (typed(&one["schema"]), prose(text(&one["description"])));
            let _ = write!(html, "<tr><td><code>{name}</code></td><td>{place}</td><td>{kind}</td><td>{about}</td></tr>");
        }
        html.push_str("</table>");
    }
    if let Some(body) = operation.get("requestBody") {
        let _ = write!(html, "<h4>Takes</h4><p>{}</p>", contents(&body["content"]));
    }
    html.push_str("<h4>Answers</h4><table><tr><th>Status</th><th>Body</th><th>Meaning</th></tr>");
    for (status, answer) in fields(&operation["responses"]) {
        let about = prose(text(&answer["description"]));
        let _ = write!(html, "<tr><td>{}</td><td>{}</td><td>{about}</td></tr>", escaped(status), contents(&answer["content"]));
    }
    html.push_str("</table></section>");
}

/// What bodies may be, each with its type.
fn contents(content: &Value) -> String {
    let one = |(kind, content): (&String, &Value)| match kind.as_str() {
        "application/json" | "application/problem+json" => typed(&content["schema"]),
        kind => format!("<code>{}</code>", escaped(kind)),
    };
    fields(content).map(one).collect::<Vec<_>>().join(" or ")
}

/// A schema in a few words; what has a name is a link.
fn typed(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        return format!("<a href=\"#type-{0}\">{0}</a>", escaped(name));
    }
    let several = ["oneOf", "anyOf"].into_iter().find_map(|several| schema[several].as_array());
    if let Some(several) = several {
        return several.iter().map(typed).collect::<Vec<_>>().join(" or ");
    }
    if let Some(all) = schema["allOf"].as_array() {
        return all.iter().map(typed).collect::<Vec<_>>().join(" and ");
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(|value| format!("<code>{}</code>", escaped(&value.to_string()))).collect::<Vec<_>>().join(" or ");
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(text).collect(),
        kind => vec![text(kind)],
    };
    let one = |kind: &str| match kind {
        "array" if schema["prefixItems"].is_array() => {
            format!("[{}]", list(&schema["prefixItems"]).map(typed).collect::<Vec<_>>().join(", "))
        }
        "array" => format!("list of {}", typed(&schema["items"])),
        "object" if schema["properties"].is_object() => shape(schema),
        "object" if schema["additionalProperties"].is_object() => format!("map to {}", typed(&schema["additionalProperties"])),
        "" => "any value".to_owned(),
        kind => match schema["format"].as_str() {
            Some(format) => format!("{kind} ({})", escaped(format)),
            None => kind.to_owned(),
        },
    };
    kinds.into_iter().map(one).collect::<Vec<_>>().join(" or ")
}

/// A schema at length: the fields of an object, each way of several.
fn shape(schema: &Value) -> String {
    if let Some(several) = schema["oneOf"].as_array() {
        let way = |one: &Value| format!("<li>{} {}</li>", prose(text(&one["description"])), shape(one));
        return format!("<ul class=\"ways\">{}</ul>", several.iter().map(way).collect::<String>());
    }
    if let Some(all) = schema["allOf"].as_array() {
        return all.iter().map(shape).collect::<Vec<_>>().join(" and ");
    }
    if !schema["properties"].is_object() {
        return typed(schema);
    }
    let mut html = "<table><tr><th>Field</th><th>Type</th><th>Meaning</th></tr>".to_owned();
    for (name, field) in fields(&schema["properties"]) {
        let required = list(&schema["required"]).any(|one| text(one) == name);
        let (mark, about) = (if required { "" } else { " <small>optional</small>" }, prose(text(&field["description"])));
        let _ = write!(html, "<tr><td><code>{}</code>{mark}</td><td>{}</td><td>{about}</td></tr>", escaped(name), typed(field));
    }
    html + "</table>"
}

fn example(schema: &Value) -> String {
    let Some(example) = schema.get("example") else { return String::new() };
    let json = serde_json::to_string_pretty(example).unwrap_or_default();
    format!("<h4>Example</h4><pre><code>{}</code></pre>", escaped(&json))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn fields(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn slug(area: &str) -> String {
    area.to_lowercase().replace(' ', "-")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text with `code` in it, and links of docstrings as code.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(n, part)| if n % 2 == 1 { format!("<code>{}</code>", escaped(part)) } else { escaped(part) }).collect()
}
