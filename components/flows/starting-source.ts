/** What a new flow begins with: it runs as it is, and shows an input, a task, an expression and a file. */
export const STARTING_SOURCE = `id: my_flow
namespace: tutorial
description: Says hello and keeps it in a file

inputs:
  - id: name
    type: STRING
    defaults: world

tasks:
  - id: hello
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: debian:stable-slim
    outputFiles:
      - hello.txt
    commands:
      - echo "Hello {{ inputs.name }}" | tee hello.txt
`;
