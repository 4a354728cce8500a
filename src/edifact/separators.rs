//! The service characters of an interchange (UNA).

/// The service characters of an interchange (ISO 9735, UNA): six bytes behind the tag.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Separators {
    /// Between two components.
    pub component: u8,
    /// Between two elements.
    pub element: u8,
    /// The decimal mark that UNA announces. Both `.` and `,` are read whatever it says.
    pub decimal: u8,
    /// What follows it is data; `None` if UNA has a blank there.
    pub release: Option<u8>,
    /// Ends a segment.
    pub terminator: u8,
}

impl Separators {
    /// What holds where there is no UNA (syntax level A and B): `:+.? '`.
    pub const DEFAULT: Self = Self {
        component: b':',
        element: b'+',
        decimal: b'.',
        release: Some(b'?'),
        terminator: b'\'',
    };

    /// The six bytes behind `UNA`: component, element, decimal mark, release, reserved, terminator.
    pub fn from_una(bytes: [u8; 6]) -> Self {
        let [component, element, decimal, release, _, terminator] = bytes;
        let release = (release != b' ').then_some(release);
        Self {
            component,
            element,
            decimal,
            release,
            terminator,
        }
    }
}
