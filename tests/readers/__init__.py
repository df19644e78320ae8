"""Tests of the readers; a package, so that file names need not differ from other tests'."""
