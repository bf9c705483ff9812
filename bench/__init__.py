"""One command per figure, each beside a baseline measured in the same run."""
