"""Fuzzing over HTTP: schemathesis on the committed contract, with a token of each role."""
