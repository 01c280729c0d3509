//! A part of a page that has no state and stands on it many times: drawn in place. A component of its own for each
//! glyph costs more than the glyph, in time and in size.

/// Lets something that becomes [`yew::Html`] stand wherever a child may.
#[macro_export]
macro_rules! leaf {
    ($part:ty) => {
        impl yew::html::IntoPropValue<yew::Html> for $part {
            fn into_prop_value(self) -> yew::Html {
                self.into()
            }
        }
    };
}
