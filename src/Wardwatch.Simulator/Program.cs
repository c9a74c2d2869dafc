using var file = File.Create(args[0]);
Wardwatch.Simulator.Workbooks.DemoWorkbook.Write(file);
return 0;
