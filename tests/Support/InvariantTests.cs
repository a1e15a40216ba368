// NUnit gives each test the culture that the runner was started in.
[assembly: NUnit.Framework.SetCulture("")]
[assembly: NUnit.Framework.SetUICulture("")]
