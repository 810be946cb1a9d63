// Adds two bits. A module of its own, so that synthesis can map it to a library's half adder as it stands.
// Combinational. C++ twin: none of its own.
module half_adder (
    input  wire a,
    input  wire b,
    output wire sum,
    output wire carry
);
  assign sum   = a ^ b;
  assign carry = a & b;
endmodule
