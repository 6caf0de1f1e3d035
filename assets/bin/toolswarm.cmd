@echo off
rem The command line of the installed application, on the Node that it brings.
"%~dp0..\node\bin\node.exe" "%~dp0..\app.asar.unpacked\dist\node\cli.js" %*
