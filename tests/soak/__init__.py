"""Long runs, by hand: `scripts/soak NAME`. Results with seeds and counts go into docs/reliability.md."""
