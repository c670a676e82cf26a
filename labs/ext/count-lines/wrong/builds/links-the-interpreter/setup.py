import sysconfig

from setuptools import Extension, setup

setup(
    name="textkit",
    version="1.0",
    ext_modules=[
        Extension(
            "textkit",
            ["textkit.c"],
            # The linker complained about undefined symbols once.
            libraries=["python" + sysconfig.get_config_var("LDVERSION")],
            library_dirs=[sysconfig.get_config_var("LIBDIR")],
        )
    ],
)
