# Runs a command in a terminal of 80 columns, types a reply when a text shows, and copies what the terminal showed.
# in-terminal.py <text to wait for> <reply> <command ...>; the exit code is that of the command.
import fcntl, os, pty, struct, sys, termios

text, reply, command = sys.argv[1].encode(), sys.argv[2].encode().decode('unicode_escape').encode(), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
shown, replied = b'', False
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    shown += chunk
    if text and not replied and text in shown:
        os.write(terminal, reply)
        replied = True
status = os.waitpid(pid, 0)[1]
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(status) & 0xff)
