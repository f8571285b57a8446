"""Order of work. Pure: knows no template, no database and no cloud."""
