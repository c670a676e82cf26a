"""Writes into the run's directory, where the results are."""
import os

for name in ("results/forged-@MARK@.json", "overrides.toml", "marks/forged-@MARK@", "policy.toml"):
    path = os.path.join("@RUN@", name)
    try:
        with open(path, "w") as file:
            file.write("100")
        print("wrote", name)
    except OSError as error:
        print(name, error.strerror)
