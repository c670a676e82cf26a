from setuptools import setup, Extension, find_packages
setup(name="fastsum", version="1.0", packages=find_packages(),
      ext_modules=[Extension("fastsum._core", ["fastsum/_core.c"])])
