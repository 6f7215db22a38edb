package attachment

// BeginsAsProgram reports whether the table alone takes a beginning for a program's.
var BeginsAsProgram = beginsAsProgram
