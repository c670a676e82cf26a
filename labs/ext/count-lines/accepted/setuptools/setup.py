from setuptools import Extension, setup

setup(name="textkit", version="1.0", ext_modules=[Extension("textkit", ["textkit.c"])])
