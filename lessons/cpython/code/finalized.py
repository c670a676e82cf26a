"""An object whose finalizer saves it, once."""

import gc


# ANCHOR: saved
saved = []


class Phoenix:
    def __del__(self):
        print("__del__")
        saved.append(self)


bird = Phoenix()
bird.me = bird
del bird
gc.collect()
print(len(saved), "saved")
saved.clear()
gc.collect()
print(len(saved), "saved")
# ANCHOR_END: saved
