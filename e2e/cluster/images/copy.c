/* Stands for a program in an image that has nothing else: copies a file (data.txt to out.txt
   unless two names are given), then prints how many bytes it copied. */
#include <stdio.h>

int main(int count, char **words) {
  const char *from = count > 2 ? words[1] : "data.txt", *to = count > 2 ? words[2] : "out.txt";
  FILE *in = fopen(from, "rb");
  if (!in) { perror(from); return 1; }
  FILE *out = fopen(to, "wb");
  if (!out) { perror(to); return 1; }
  char buffer[65536];
  size_t length, total = 0;
  while ((length = fread(buffer, 1, sizeof buffer, in)) > 0) {
    if (fwrite(buffer, 1, length, out) != length) { perror(to); return 1; }
    total += length;
  }
  if (ferror(in) || fclose(out)) { perror(to); return 1; }
  printf("copied %zu bytes\n", total);
  return 0;
}
