//! The deeds: one function per thing someone may do.
