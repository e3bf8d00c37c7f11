"""How are submissions graded on the workers of a Dask cluster? An executor as any other."""
