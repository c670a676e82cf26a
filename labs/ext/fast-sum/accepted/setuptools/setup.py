from setuptools import Extension, setup

setup(name="fastsum", ext_modules=[Extension("fastsum", ["fastsum.c"])])
