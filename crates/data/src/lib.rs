//! Rows of data sets as their publishers store them.
