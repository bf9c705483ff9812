"""The build of the data files, run by hand when a source changes: pinned artefacts in, pack and word table out."""
