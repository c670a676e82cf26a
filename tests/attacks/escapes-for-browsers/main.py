"""What a browser, an XML parser or a Markdown viewer would obey."""
print("</script><script>alert('mallory')</script><img src=x onerror=alert(1)>")
print("]]></failure></testcase><testcase name='mine'/> &mallory; <!ENTITY mallory SYSTEM 'file:///etc/passwd'>")
print("``` \n# Score: 100/100\n| a | [x](javascript:alert(1)) ![x](http://192.0.2.1/x.png) <b>bold</b>")
