"""The files of a run lie beside it: decisions, results, another lab. It does nothing itself."""
print("Score: 100/100")
