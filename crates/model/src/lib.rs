//! What Vestibule knows and the rules it keeps: pure, with traces.
