"""In which order a new value comes and an old one goes."""


# ANCHOR: order
class Node:
    def __init__(self, name):
        self.name = name
        print("made", name)

    def __del__(self):
        print("freed", self.name)


a = Node("one")
a = Node("two")
a.x = Node("three")
a.x = None
del a
# ANCHOR_END: order
