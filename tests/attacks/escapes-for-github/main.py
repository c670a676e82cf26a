"""What the runner of GitHub Actions would obey: workflow commands."""
print("::set-output name=grade::100")
print("::stop-commands::0123456789abcdef\n::0123456789abcdef::")
print("##[set-env name=PATH]/tmp\r\n::add-mask::a\n::error file=x::%0A::warning::y")
