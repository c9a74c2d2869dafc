using Wardwatch.Server.Cli;

return await CommandLine.RunAsync(args);
