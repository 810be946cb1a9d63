// Adds three bits. A module of its own, so that synthesis can map it to a library's full adder as it stands.
// Combinational. C++ twin: none of its own.
module full_adder (
    input  wire a,
    input  wire b,
    input  wire c,
    output wire sum,
    output wire carry
);
  assign sum   = a ^ b ^ c;
  assign carry = (a & b) | (c & (a ^ b));
endmodule
