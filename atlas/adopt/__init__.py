"""Taking something new into the data folder: boundaries as an authority delivers them, a programme."""
