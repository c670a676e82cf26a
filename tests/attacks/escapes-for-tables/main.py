"""What a spreadsheet would compute, and what would be another row or column."""
print("=cmd|'/c calc'!A1\n+1+1\n-1+1\n@SUM(1)\n\t=1\n\",100,100\n\"ada\",100;100")
