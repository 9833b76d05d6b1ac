"""Tables written for spreadsheets."""
