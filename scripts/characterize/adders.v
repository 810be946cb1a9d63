// Full and half adders of the RTL (models/arithmetic/rtl), and those that yosys makes of + and -, as cells of the OSU libraries.
// An adder with a constant input becomes gates, which abc then simplifies: a mapped full adder is a black box to it.

(* techmap_celltype = "full_adder" *)
module map_full_adder (input a, input b, input c, output sum, output carry);
  parameter _TECHMAP_CONSTMSK_a_ = 1'b0;
  parameter _TECHMAP_CONSTMSK_b_ = 1'b0;
  parameter _TECHMAP_CONSTMSK_c_ = 1'b0;
  parameter _TECHMAP_CONSTVAL_a_ = 1'bx;
  parameter _TECHMAP_CONSTVAL_b_ = 1'bx;
  parameter _TECHMAP_CONSTVAL_c_ = 1'bx;
  localparam constants = _TECHMAP_CONSTMSK_a_ + _TECHMAP_CONSTMSK_b_ + _TECHMAP_CONSTMSK_c_;
`ifdef ONLY_CONSTANTS
  wire _TECHMAP_FAIL_ = constants == 0;
`endif
  generate
    if (constants == 0) begin : whole
      FAX1 cell (.A(a), .B(b), .C(c), .YS(sum), .YC(carry));
    end else if (constants == 1 && _TECHMAP_CONSTMSK_a_ && !_TECHMAP_CONSTVAL_a_) begin : half_a
      half_adder cell (.a(b), .b(c), .sum(sum), .carry(carry));
    end else if (constants == 1 && _TECHMAP_CONSTMSK_b_ && !_TECHMAP_CONSTVAL_b_) begin : half_b
      half_adder cell (.a(a), .b(c), .sum(sum), .carry(carry));
    end else if (constants == 1 && _TECHMAP_CONSTMSK_c_ && !_TECHMAP_CONSTVAL_c_) begin : half_c
      half_adder cell (.a(a), .b(b), .sum(sum), .carry(carry));
    end else begin : gates
      assign sum = a ^ b ^ c;
      assign carry = (a & b) | (c & (a | b));
    end
  endgenerate
endmodule

(* techmap_celltype = "half_adder" *)
module map_half_adder (input a, input b, output sum, output carry);
  parameter _TECHMAP_CONSTMSK_a_ = 1'b0;
  parameter _TECHMAP_CONSTMSK_b_ = 1'b0;
  localparam constants = _TECHMAP_CONSTMSK_a_ + _TECHMAP_CONSTMSK_b_;
`ifdef ONLY_CONSTANTS
  wire _TECHMAP_FAIL_ = constants == 0;
`endif
  generate
    if (constants == 0) begin : whole
      HAX1 cell (.A(a), .B(b), .YS(sum), .YC(carry));
    end else begin : gates
      assign sum = a ^ b;
      assign carry = a & b;
    end
  endgenerate
endmodule

(* techmap_celltype = "$fa" *)
module map_fa #(parameter WIDTH = 1) (input [WIDTH-1:0] A, B, C, output [WIDTH-1:0] X, Y);
  wire _TECHMAP_FAIL_ = 0;
  genvar i;
  generate
    for (i = 0; i < WIDTH; i = i + 1) begin : bits
      full_adder cell (.a(A[i]), .b(B[i]), .c(C[i]), .sum(Y[i]), .carry(X[i]));
    end
  endgenerate
endmodule

(* techmap_celltype = "$alu" *)
module map_alu (A, B, CI, BI, X, Y, CO);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  input CI, BI;
  output [Y_WIDTH-1:0] X, Y, CO;

  wire [Y_WIDTH-1:0] a, b_plain;
  \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_a (.A(A), .Y(a));
  \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_b (.A(B), .Y(b_plain));
  wire [Y_WIDTH-1:0] b = b_plain ^ {Y_WIDTH{BI}};
  wire [Y_WIDTH:0] c = {CO, CI};
  assign X = a ^ b;
  genvar i;
  generate
    for (i = 0; i < Y_WIDTH; i = i + 1) begin : bits
      if (i + 1 < Y_WIDTH) begin : inner
        full_adder cell (.a(a[i]), .b(b[i]), .c(c[i]), .sum(Y[i]), .carry(CO[i]));
      end else begin : last  // its carry is rarely used: in gates, so that it can go
        assign Y[i] = a[i] ^ b[i] ^ c[i];
        assign CO[i] = (a[i] & b[i]) | (c[i] & (a[i] | b[i]));
      end
    end
  endgenerate
endmodule
