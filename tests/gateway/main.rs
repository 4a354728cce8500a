mod docs;
mod extract;

#[test]
fn t() {}
