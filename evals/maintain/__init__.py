"""What maintainers run: the speed, kills, fuzz, the gate and the constants. Not in the wheel."""
