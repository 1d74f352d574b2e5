/* Sleeps for so many seconds (for ever without a number), and ends at once on SIGTERM with 143. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void stop(int signal) { _exit(128 + signal); }

int main(int count, char **words) {
  signal(SIGTERM, stop);
  if (count < 2) for (;;) pause();
  sleep(atoi(words[1]));
  return 0;
}
