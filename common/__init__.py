"""What at least two of the processes need."""
